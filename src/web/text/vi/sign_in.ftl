# Trang đăng nhập và trang mật khẩu
sign-in = Đăng nhập
sign-in-purpose = để { $purpose }
sign-in-to = để sử dụng { $portal }
sign-in-to-account = để xem và quản lý tài khoản của bạn
sign-in-asked-again = Cổng này yêu cầu bạn xác nhận lại danh tính, dù bạn đã đăng nhập trước đó.
sign-in-other-person = Cổng này yêu cầu một tài khoản khác với tài khoản đang đăng nhập trên trình duyệt này.
identifier = Số định danh cá nhân
identifier-hint = 12 số trên thẻ căn cước. Cũng có thể dùng số điện thoại hoặc thư điện tử đã xác nhận.
identifier-hint-of = { $number }. Cũng có thể dùng số điện thoại hoặc thư điện tử đã xác nhận.
identifier-hint-several = Số trên giấy tờ của bạn, theo loại đã chọn ở trên. Cũng có thể dùng số điện thoại hoặc thư điện tử đã xác nhận.
scheme = Loại số
scheme-vn = Số định danh cá nhân (Việt Nam)
scheme-ee = Mã số cá nhân (Estonia)
scheme-ru = СНИЛС – SNILS (Nga)
scheme-fr = Số NIR (Pháp)
scheme-kr = Số đăng ký cư trú (Hàn Quốc)
scheme-my = Số MyKad (Malaysia)
scheme-ci = Số NNI (Bờ Biển Ngà)
continue = Tiếp tục
other-methods = hoặc chọn cách khác
cancel = Hủy
cancel-to = Hủy và trở về { $portal }
password-title = Nhập mật khẩu
password = Mật khẩu
password-show = Hiện
signing-in-as = Đăng nhập với
change = Thay đổi
change-identifier = số định danh
caps-lock = Phím Caps Lock đang bật.

## Lỗi bên cạnh ô nhập
fault-identifier-missing = Hãy nhập số định danh cá nhân, số điện thoại hoặc thư điện tử.
fault-identifier-malformed = Giá trị vừa nhập không phải số định danh, số điện thoại hay thư điện tử. Số định danh cá nhân gồm đúng 12 chữ số.
fault-identifier-malformed-of = Giá trị vừa nhập không phải { $number }, số điện thoại hay thư điện tử. Hãy kiểm tra lại số và loại số.
fault-method-not-offered = Cách đăng nhập này không dùng được ở đây. Hãy chọn cách khác.
fault-password-missing = Hãy nhập mật khẩu.
fault-wrong = Số định danh hoặc mật khẩu không đúng. Hãy kiểm tra rồi nhập lại.
next-try-seconds = Có thể thử lại sau { $seconds } giây.
next-try-minutes = Có thể thử lại sau { $minutes } phút.
fault-too-soon = Sau nhiều lần thử sai liên tiếp, cần đợi một chút. Hãy thử lại sau { $seconds } giây.
wait-over = Bây giờ có thể thử lại.
fault-too-many-tries-today = Có quá nhiều lần thử không thành công. Hãy đăng nhập trên thiết bị đã từng dùng, hoặc bằng cách khác, hoặc đợi { $hours } giờ.
fault-too-many-tries = Có quá nhiều lần thử không thành công. Hãy đợi { $minutes } phút rồi thử lại.
fault-busy = Hệ thống đang có nhiều người đăng nhập. Hãy thử lại sau vài giây; thông tin đã nhập vẫn được giữ.
fault-stale-page = Trang vừa gửi đã cũ nên chưa có gì được thực hiện. Hãy thử lại.
form-post-title = Trở về { $portal }
form-post-lead = Nếu trang này không tự chuyển, hãy bấm nút để tiếp tục.

## Cách có tài khoản (prompt=create)
create-title = Đăng ký tài khoản
create-lead = { $authority } cấp các tài khoản này.
create-lead-portal = Để sử dụng { $portal }, bạn cần tài khoản do { $authority } cấp.
create-where = Bạn đăng ký trên trang riêng của cơ quan này. Khi đã có tài khoản, hãy quay lại đây.
create-ask = Bạn đăng ký trực tiếp. Hãy hỏi cơ quan này về nơi đăng ký và giấy tờ cần mang theo:
create-office = Bạn đăng ký trực tiếp tại trụ sở của cơ quan này và mang theo thẻ căn cước.
create-register = Xem cách đăng ký
create-have-account = Tôi đã có tài khoản: đăng nhập

# Bước xác nhận thêm.
step-up-title = Cần xác nhận thêm
step-up-lead-portal = { $portal } yêu cầu đăng nhập ở mức cao hơn. Hãy xác nhận thêm bằng một trong các cách sau.
step-up-lead = Để tiếp tục, hãy xác nhận thêm bằng một trong các cách sau.
step-up-methods = Cách xác nhận
step-up-nothing-portal = { $portal } yêu cầu đăng nhập ở mức cao hơn những gì bạn đã đăng ký.
step-up-nothing = Việc này cần đăng nhập ở mức cao hơn những gì bạn đã đăng ký.
step-up-how = Hãy thêm khóa truy cập, khóa bảo mật hoặc chứng thư chữ ký số trong tài khoản của bạn, hoặc đến cơ quan có thẩm quyền, rồi thử lại.
step-up-leave = Quay lại

## Nhiều người dùng chung một thiết bị
people-title = Ai đăng nhập?
people-other = hoặc người khác
person-goes-on = Đang đăng nhập, không cần nhập gì
person-signed-in = Đang đăng nhập, cần xác nhận lại
person-remembered = Đăng nhập trên thiết bị này
person-sign-out = Đăng xuất
person-forget = Bỏ tên
somebody-else = Không phải bạn? Dùng tài khoản khác
device-label = Thiết bị này
device-mine = Của tôi
device-name = Của tôi hoặc của nhà: hiện tên tôi
device-shared = Công cộng: không lưu gì, { $minutes } phút
