return x < 0 ? 0 : grad;
