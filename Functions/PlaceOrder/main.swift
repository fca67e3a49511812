print("PlaceOrder")
