return x > 0 ? grad : 0;
