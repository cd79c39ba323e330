const float s = 1 / (1 + std::exp(-y));
return grad * s * (1 - s);
