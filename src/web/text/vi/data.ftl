# Tìm trong hoạt động, dữ liệu của tôi
filter = Lọc
filter-kind = Loại
filter-everything = Tất cả
topic-sign-ins = Đăng nhập
topic-releases = Thông tin được chia sẻ
topic-security = Bảo mật và tài khoản
filter-portal = Cổng
filter-any-portal = Mọi cổng
filter-from = Từ ngày
filter-to = Đến ngày
filter-look = Xem
filter-clear = Bỏ lọc
filter-days-wrong = Ngày chưa đúng: hãy nhập ngày/tháng/năm, và ngày đầu không sau ngày cuối.
filter-nothing = Không có hoạt động nào khớp
filter-nothing-next = Hãy chọn khoảng ngày rộng hơn hoặc bỏ lọc để xem tất cả.
times-zone = Giờ được ghi theo múi giờ { $zone }.
not-me-keys = Khóa truy cập, thẻ và các cách đăng nhập mạnh của bạn được giữ lại để dùng khi mở lại tài khoản.
