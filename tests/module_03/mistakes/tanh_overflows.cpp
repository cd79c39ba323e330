return (std::exp(x) - std::exp(-x)) / (std::exp(x) + std::exp(-x));
