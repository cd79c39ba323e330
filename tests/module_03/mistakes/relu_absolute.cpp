return x < 0 ? -x : x;
