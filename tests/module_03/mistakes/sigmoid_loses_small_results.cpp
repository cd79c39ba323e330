return 1 / (1 + std::exp(-x));
