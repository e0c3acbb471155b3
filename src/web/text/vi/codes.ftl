# Mã ở bước thứ hai, và mã trong tài khoản
code = Mã
code-totp-title = Nhập mã từ ứng dụng
code-totp-lead = Mở ứng dụng xác thực trên điện thoại của bạn và nhập mã 6 số đang hiện.
code-recovery-title = Nhập mã khôi phục
code-recovery-lead = Nhập một mã chưa dùng trong danh sách bạn đã cất giữ. Mỗi mã dùng được một lần.
code-sms-title = Mã qua tin nhắn
code-sms-ask = Chúng tôi sẽ gửi một mã 6 số đến { $to }.
code-sms-sent = Một mã 6 số đang được gửi đến { $to }. Mã dùng được trong 10 phút, chỉ ở trang này.
code-send = Gửi mã
code-send-again = Gửi mã khác
code-others = Chọn cách khác
fault-code-missing = Hãy nhập mã.
fault-code-wrong = Mã không đúng hoặc không còn dùng được. Hãy nhập mã mới nhất.
fault-codes-exhausted = Mã của ứng dụng này đã bị thử sai quá nhiều lần. Hãy dùng cách khác, rồi thêm lại ứng dụng trong tài khoản.
fault-sent-codes-exhausted = Tài khoản này đã có quá nhiều mã sai. Mã gửi đi không còn giá trị: hãy dùng cách khác hoặc hỏi bộ phận hỗ trợ.
fault-unreachable = Chúng tôi không gửi được mã đến đó. Hãy chọn cách khác.
fault-too-many-messages = Đã gửi quá nhiều mã. Hãy đợi { $minutes } phút rồi thử lại.
fault-contact-malformed = Đây không phải địa chỉ thư điện tử hay số điện thoại. Hãy kiểm tra rồi nhập lại.
fault-too-many-credentials = Tài khoản đã có quá nhiều cách đăng nhập. Hãy gỡ bớt rồi thêm lại.
fault-contact-taken = Một tài khoản khác đang dùng địa chỉ hoặc số này. Hãy dùng cái khác.

## Ứng dụng xác thực
totp-title = Thêm ứng dụng xác thực
totp-lead = Ứng dụng xác thực trên điện thoại tạo ra một mã mới mỗi 30 giây, kể cả khi không có mạng.
totp-scan = 1. Mở ứng dụng và quét hình này.
totp-picture = Mã QR cho ứng dụng xác thực
totp-here = Ứng dụng ở ngay trên máy này? Mở ứng dụng
totp-type = Không quét được? Nhập khóa này vào ứng dụng:
totp-name = 2. Đặt tên để bạn nhận ra
totp-name-usual = Điện thoại của tôi
totp-code = 3. Nhập mã mà ứng dụng đang hiện
totp-finish = Thêm ứng dụng

## Mã khôi phục
recovery-codes-title = Mã khôi phục
recovery-codes-lead = Mười mã, mỗi mã dùng được một lần khi bạn mất điện thoại hoặc khóa. Hãy in ra và cất ở nơi an toàn.
recovery-codes-none = Bạn chưa có danh sách nào.
recovery-codes-left = Danh sách hiện tại còn { $left } mã.
recovery-codes-replaces = Danh sách mới thay thế toàn bộ danh sách cũ.
recovery-codes-make = Tạo danh sách và hiện ra
recovery-codes-download = Tạo danh sách và tải về
recovery-codes-once = Các mã này chỉ hiện một lần. Hãy in trang này hoặc chép lại ngay.
recovery-codes-done = Tôi đã cất các mã
recovery-codes-file = Mã khôi phục của { $service }. Mỗi mã dùng được một lần. Không đưa cho bất kỳ ai.

## Thông tin liên lạc
contact-title = Thông tin liên lạc
contact-lead = Chúng tôi báo cho bạn qua đây khi có thay đổi trong tài khoản.
contact-email = Thư điện tử
contact-phone = Số điện thoại
contact-verified = Đã xác nhận
contact-unverified = Chưa xác nhận
contact-none = Chưa có
contact-off = Hệ thống này chưa gửi thư điện tử hay tin nhắn, nên không thể xác nhận ở đây.
contact-new-email = Địa chỉ thư điện tử của bạn
contact-new-phone = Số điện thoại di động của bạn
contact-code-sent = Một mã 6 số đang được gửi đến { $to }. Mã dùng được trong 10 phút, chỉ trong lần đăng nhập này.
contact-confirm = Xác nhận

## Xác nhận trước khi thay đổi
confirm-title = Xác nhận đó là bạn
confirm-lead = Để bảo vệ tài khoản, chúng tôi gửi một mã đến nơi bạn đã xác nhận.
confirm-send-to = Gửi mã đến { $to }

## Hoạt động
event-recovery-code-used = Đã dùng một mã khôi phục; còn { $left } mã
event-contact-verified = Đã xác nhận một thông tin liên lạc
event-message-undelivered = Một thông báo hoặc mã không gửi đến được
