return 1 - y * y;
