return grad * (1 - y);
