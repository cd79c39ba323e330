return x > 0 ? 1 : 0;
