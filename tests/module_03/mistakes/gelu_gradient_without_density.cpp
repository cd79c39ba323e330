return grad * std::erfc(-x / std::sqrt(2.0F)) / 2;
