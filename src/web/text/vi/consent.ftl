# Trang đồng ý chia sẻ thông tin
consent-title = Cho phép chia sẻ thông tin?
consent-lead = { $portal } cần các thông tin sau.
consent-lead-purpose = { $portal } cần các thông tin sau để { $purpose }.
consent-service = Tại { $service }, cổng được phép:
consent-later = Khi có thông tin, cổng cũng nhận: { $claims }.
consent-offline = Cổng có thể cập nhật các thông tin này cả khi bạn không sử dụng cổng.
consent-once = Chỉ cho phép lần này.
consent-until = Cho phép đến hết ngày { $date }.
consent-until-withdrawn = Cho phép đến khi bạn thu hồi.
consent-withdraw = Bạn có thể thu hồi bất cứ lúc nào trong
consent-withdraw-where = Tài khoản → Cổng đã kết nối
allow = Cho phép
deny = Từ chối
