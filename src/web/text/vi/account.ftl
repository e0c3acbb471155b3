# Trang tài khoản
account = Tài khoản
account-lead = Xem mức tài khoản, các thiết bị đang đăng nhập và những thông tin đã chia sẻ với từng cổng.
overview = Tổng quan
sessions = Thiết bị
portals = Cổng
activity = Hoạt động
hello = Xin chào, { $name }
last-sign-in = Đăng nhập gần nhất: { $when }, bằng { $method }.
account-level = Mức tài khoản
level-0 = Mức 0 · tự khai
    .meaning = Thông tin do bạn khai, chưa được đối chiếu.
    .next = Để lên mức 1, hãy xác nhận qua số điện thoại đã đăng ký với cơ quan quản lý dân cư.
level-1 = Mức 1 · đã đối chiếu
    .meaning = Thông tin khớp với cơ sở dữ liệu quốc gia về dân cư.
    .next = Để lên mức 2, hãy mang thẻ căn cước đến cơ quan công an gần nhất để xác minh trực tiếp.
level-2 = Mức 2 · đã xác minh trực tiếp
    .meaning = Danh tính đã được xác minh trực tiếp hoặc bằng chứng thư đủ điều kiện.
    .next = Đây là mức cao nhất: bạn dùng được mọi dịch vụ.
sign-in-methods = Cách đăng nhập
last-used = Dùng gần nhất { $when }
never-used = Chưa dùng lần nào
recent-activity = Hoạt động gần đây
activity-all = Xem tất cả hoạt động
notice-session-ended = Đã đăng xuất thiết bị đó.
notice-other-sessions-ended = Đã đăng xuất mọi thiết bị khác.
notice-consent-narrowed = Đã lưu. Từ nay cổng chỉ nhận những thông tin bạn đã chọn.
notice-consent-withdrawn = Đã thu hồi. Cổng không còn nhận được thông tin của bạn.

## Thiết bị và phiên
sessions-title = Thiết bị và phiên
sessions-lead = Đây là những nơi đang đăng nhập bằng tài khoản của bạn. Nếu thấy thiết bị lạ, hãy đăng xuất thiết bị đó.
session-here = Thiết bị này
session-times = Đăng nhập { $signed-in } · hoạt động gần nhất { $seen }
session-address = Địa chỉ mạng: { $address }
session-portals = Đang dùng: { $portals }
session-end = Đăng xuất
session-end-others = Đăng xuất mọi thiết bị khác
session-end-others-hint = Thiết bị này vẫn giữ đăng nhập.
sessions-only-here = Bạn chỉ đang đăng nhập trên thiết bị này.

## Cổng đã kết nối
portals-title = Cổng đã kết nối
portals-lead = Các cổng đã nhận thông tin từ tài khoản của bạn, với sự đồng ý của bạn.
portals-empty = Chưa có cổng nào
portals-empty-next = Khi bạn đăng nhập vào một cổng và cho phép chia sẻ, cổng đó sẽ xuất hiện ở đây.
portal-service = Được phép tại { $service }
portal-received = Đã nhận
portal-first = Lần đầu
portal-last = Gần nhất
portal-open = Mở
withdraw = Thu hồi
withdraw-title = Thu hồi sự cho phép?
withdraw-what = { $portal } sẽ không còn nhận được thông tin của bạn. Lần đăng nhập sau, cổng sẽ phải hỏi lại.
withdraw-kept = Những gì cổng đã nhận trước đây vẫn do cổng lưu giữ theo quy định; muốn xóa, hãy liên hệ cổng.
withdraw-received = Đã nhận: { $claims }.
withdraw-keep = Giữ nguyên

## Hoạt động
activity-title = Hoạt động
activity-lead = Mọi lần đăng nhập và mọi lần thông tin của bạn được gửi đi.
activity-empty = Chưa có hoạt động nào
activity-empty-next = Các lần đăng nhập và chia sẻ thông tin sẽ được ghi lại ở đây.
pages = Các trang
older = Cũ hơn
newest = Mới nhất
event-signed-in = Đăng nhập bằng { $method }
event-signed-in-at = Đăng nhập vào { $portal } bằng { $method }
event-sign-in-failed = { $times ->
    [1] Đăng nhập không thành công
   *[other] Đăng nhập không thành công { $times } lần
  }
event-consent-given = Cho phép { $portal } nhận: { $claims }
event-consent-denied = Từ chối chia sẻ thông tin với { $portal }
event-consent-narrowed = Không cho { $portal } nhận nữa: { $claims }
event-consent-withdrawn = Thu hồi sự cho phép đối với { $portal }
event-data-released = { $portal } đã nhận: { $claims }
event-device-allowed = Đăng nhập vào { $portal } trên một thiết bị khác
event-device-denied = Không cho một thiết bị khác đăng nhập vào { $portal }
unusual-new-device = Thiết bị này trước đây chưa từng được dùng.
unusual-travel = Ngay trước đó, một thiết bị khác của bạn được dùng ở nơi khác.
unusual-many-accounts = Từ mạng này, mã định danh của nhiều người đã được thử.
unusual-more-asked = Hệ thống đã yêu cầu xác minh thêm một bước.
event-signed-out = Đăng xuất
event-session-ended = Một phiên đăng nhập đã bị kết thúc
event-password-changed = Đổi mật khẩu
event-account-locked = Tài khoản bị khóa
event-account-unlocked = Tài khoản được mở khóa
event-access-ended = Quyền truy cập của { $portal } đã bị chấm dứt vì có dấu hiệu bị sao chép trái phép
portal-allowed = Những yêu cầu bạn đã cho phép từng lần

## Devices that know the citizen
known-title = Thiết bị quen
known-lead = Bạn đã từng đăng nhập ở đây. Người khác nhập sai mật khẩu ở nơi khác không khóa được bạn trên các thiết bị này.
known-used = Dùng gần nhất { $when }.
known-named = Trang đăng nhập ở đó hiện tên bạn.
known-forget = Quên thiết bị
notice-device-forgotten = Thiết bị đó không còn là thiết bị quen. Lần đăng nhập sau ở đó được coi là từ thiết bị mới.
event-device-forgotten = Một thiết bị quen đã được bỏ
shared-title = Thông tin cổng được nhận
shared-lead = { $portal } được nhận những thông tin đã chọn.
shared-hint = Thông tin bạn bỏ chọn sẽ không được cung cấp nữa kể từ bây giờ. Thông tin cổng đã nhận vẫn còn ở cổng.
shared-save = Lưu
shared-choose = Chọn thông tin chia sẻ
