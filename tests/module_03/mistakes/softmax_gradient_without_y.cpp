double sum = 0;
for (std::size_t i = 0; i < y.size(); ++i) sum += static_cast<double>(y[i]) * grad[i];
for (std::size_t i = 0; i < y.size(); ++i) dx[i] = static_cast<float>(grad[i] - sum);
