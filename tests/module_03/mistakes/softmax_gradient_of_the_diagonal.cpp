for (std::size_t i = 0; i < y.size(); ++i) dx[i] = y[i] * (1 - y[i]) * grad[i];
