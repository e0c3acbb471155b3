# Đăng xuất
sign-out = Đăng xuất
sign-out-title = Đăng xuất?
sign-out-from = { $portal } đề nghị đăng xuất cho bạn.
sign-out-everywhere = { $portals ->
    [0] Bạn sẽ cần đăng nhập lại vào lần sử dụng tiếp theo.
   *[other] Bạn đã vào { $portals } cổng bằng phiên này. Nếu còn đăng nhập ở đó, hãy đăng xuất cả ở đó.
  }
sign-out-stay = Ở lại
signed-in-as = Đang đăng nhập:
signed-out-title = Bạn đã đăng xuất
signed-out-lead = Phiên đăng nhập trên trình duyệt này đã kết thúc.
signed-out-shared = Nếu dùng máy chung, hãy đóng mọi cửa sổ trình duyệt.
sign-in-again = Đăng nhập vào tài khoản
signing-out-title = Đang đăng xuất
signing-out-lead = Các cổng bạn đã dùng đang được thông báo.
