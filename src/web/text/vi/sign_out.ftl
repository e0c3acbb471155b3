# Đăng xuất
sign-out = Đăng xuất
sign-out-title = Đăng xuất?
sign-out-from = { $portal } đề nghị đăng xuất cho bạn.
sign-out-nowhere = Bạn sẽ cần đăng nhập lại vào lần sử dụng tiếp theo.
sign-out-told = { $portals ->
   *[other] { $portals } cổng bạn đã vào bằng phiên này sẽ được báo rằng bạn đã đăng xuất.
  }
sign-out-untold = { $portals ->
   *[other] { $portals } cổng không thể được báo. Nếu còn đăng nhập ở đó, hãy đăng xuất cả ở đó.
  }
sign-out-stay = Ở lại
signed-in-as = Đang đăng nhập:
signed-out-title = Bạn đã đăng xuất
signed-out-lead = Phiên đăng nhập trên trình duyệt này đã kết thúc.
signed-out-shared = Nếu dùng máy chung, hãy đóng mọi cửa sổ trình duyệt.
sign-in-again = Đăng nhập vào tài khoản
signing-out-title = Đang đăng xuất
signing-out-lead = Bạn đã đăng xuất tại đây. Các cổng bạn đã dùng đang được thông báo, chỉ mất vài giây.
