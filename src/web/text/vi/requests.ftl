# Yêu cầu mà các cổng gửi đến ngoài trang đăng nhập: /account/requests
requests = Yêu cầu
requests-title = Yêu cầu đang chờ
requests-lead = Tại đây, các cổng đề nghị bạn xác nhận việc bạn đang làm ở nơi khác: qua điện thoại, tại quầy hoặc trên thiết bị khác.
requests-empty = Không có yêu cầu nào
requests-empty-next = Khi một cổng đề nghị bạn xác nhận, yêu cầu sẽ xuất hiện ở đây. Tải lại trang để xem lại.
requests-waiting = { $count ->
    [1] Một cổng đang chờ bạn trả lời
   *[other] { $count } yêu cầu đang chờ bạn trả lời
  }
requests-look = Xem và trả lời
request-title = Xác nhận yêu cầu này?
request-lead-only = { $portal } đề nghị bạn xác nhận danh tính.
request-lead = { $portal } đề nghị bạn xác nhận danh tính và cần những thông tin sau.
request-lead-purpose = { $portal } đề nghị bạn xác nhận danh tính và cần những thông tin sau để { $purpose }.
request-message = Hãy so sánh nội dung này
request-message-hint = Chỉ cho phép nếu { $portal } đang hiển thị hoặc đọc cho bạn đúng nội dung này.
request-no-message = Cổng không gửi nội dung để so sánh. Chỉ cho phép nếu bạn chắc chắn chính mình đã bắt đầu việc này.
request-warning = Chỉ cho phép việc do chính bạn vừa bắt đầu. Nếu có người gọi điện hoặc nhắn tin giục bạn bấm “Cho phép”, hãy bấm “Từ chối”.
request-times = Gửi đến { $asked }. Có thể trả lời đến { $until }.
request-origin = Yêu cầu đến từ hệ thống của cổng, không phải từ thiết bị này. Chúng tôi không biết người bắt đầu đang ở đâu.
request-again = Bạn đã đăng nhập từ lâu: khi bấm “Cho phép”, bạn sẽ đăng nhập lại trước.
request-more = Yêu cầu này cần một lần đăng nhập mạnh hơn: khi bấm “Cho phép”, bạn sẽ được hỏi thêm một bước trước.
request-unmet = { $portal } yêu cầu một cách đăng nhập mạnh hơn mức bạn có thể thực hiện trên thiết bị khác. Hãy từ chối yêu cầu này và đăng nhập ngay tại cổng.
request-allowed = Đã cho phép
    .meaning = Bạn đã cho phép yêu cầu này. Cổng có thể tiếp tục.
request-denied = Đã từ chối
    .meaning = Bạn đã từ chối yêu cầu này. Cổng không nhận được gì.
request-over = Yêu cầu này đã hết hạn
    .meaning = Yêu cầu không được trả lời kịp. Cổng không nhận được gì. Nếu vẫn cần, hãy bắt đầu lại tại cổng.
requests-back = Tất cả yêu cầu
notice-request-allowed = Đã cho phép. Bạn có thể tiếp tục tại cổng.
notice-request-denied = Đã từ chối. Cổng không nhận được gì.
notice-request-over = Yêu cầu này đã kết thúc trước khi bạn trả lời. Câu trả lời đó không gửi đi thông tin nào.
notice-request-unmet = Đã từ chối: cổng yêu cầu một cách đăng nhập mạnh hơn mức bạn có thể thực hiện trên thiết bị khác. Cổng không nhận được gì.
event-request-received = { $portal } đề nghị bạn xác nhận một yêu cầu
event-request-allowed = Xác nhận một yêu cầu của { $portal }
event-request-denied = Từ chối một yêu cầu của { $portal }
