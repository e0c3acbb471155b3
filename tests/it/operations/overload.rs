//! More requests than there is room for: told to come again, at once, in the language of whoever asks.

use crate::support::World;
use crate::support::world::web;

#[tokio::test]
async fn whoever_there_is_no_room_for_is_told_to_come_again() {
    let world = World::embedded_with(|settings| settings.limits.concurrent_requests = 0).await;
    for (language, heading) in [("en", "The service is busy"), ("vi", "Hệ thống đang bận")] {
        let page = world.browser().speaking(language).open("/account").await;
        assert_eq!((page.status.as_u16(), page.heading().as_str()), (503, heading));
        assert_eq!(page.reply.header("retry-after"), "2");
    }
    for path in ["/token", "/revoke", "/userinfo"] {
        let reply = web::post(&world.at(path), &[], &[("token", "x")]).await;
        assert_eq!((reply.status.as_u16(), reply.header("retry-after")), (503, "2"), "{path}");
        assert_eq!(reply.json()["error"], "temporarily_unavailable", "{path}");
        assert_eq!(reply.header("www-authenticate"), "", "{path}: nothing is wrong with what was presented");
        assert_eq!(reply.header("access-control-allow-origin"), "*", "{path}: a script may read why");
    }
    // Whether the process lives is another question, and is asked elsewhere.
    for path in ["/health/live", "/health/ready"] {
        assert_eq!(web::get(&format!("http://{}{path}", world.operations(0)), &[]).await.status, 200, "{path}");
    }
}
