## Các tài khoản đã có từ trước ở các cổng.

linked-title = Tài khoản đã có từ trước
linked-lead = Tài khoản bạn đã mở ở các cổng trước khi đăng nhập tại đây. Mỗi cổng chỉ thấy tài khoản của bạn ở cổng đó.
linked-empty = Chưa liên kết tài khoản nào
linked-empty-next = Nếu một cổng đã gửi cho bạn mã của tài khoản cũ, hãy nhập mã tại đây.
linked-new = Liên kết tài khoản
linked-since = Liên kết ngày { $when }
linked-back-to-portals = Về các cổng đã kết nối
linked-new-title = Liên kết tài khoản bạn đã có ở một cổng
linked-new-what = Nhập mã mà cổng đã đưa cho bạn. Mã chỉ dùng được một lần.
linked-code = Mã do cổng cấp
linked-offered = Mã này dành cho một tài khoản ở đây:
linked-meaning = Chỉ liên kết nếu tài khoản là của bạn. Từ đó cổng biết tài khoản này là của bạn. Bạn có thể bỏ liên kết bất cứ lúc nào.
linked-confirm = Đúng, của tôi
linked-cancel = Không phải của tôi
linked-back = Về danh sách tài khoản
linked-end = Bỏ liên kết
linked-end-title = Bỏ liên kết?
linked-end-what = { $portal } sẽ không còn được báo rằng tài khoản { $account } là của bạn.
linked-end-kept = Những gì cổng đã biết vẫn ở cổng. Muốn liên kết lại, hãy xin cổng mã mới.
linked-open = Tài khoản đã có từ trước
notice-account-linked = Đã liên kết tài khoản.
notice-account-unlinked = Đã bỏ liên kết.
fault-wrong-link-code = Mã không đúng, đã hết hạn hoặc đã dùng. Hãy xin cổng mã mới.
event-account-linked = Liên kết tài khoản bạn đã có ở { $portal }
event-account-unlinked = Bỏ liên kết tài khoản ở { $portal }
