double sum = 0;
for (const float g : grad) sum += g;
for (std::size_t i = 0; i < y.size(); ++i) dx[i] = static_cast<float>(y[i] * (grad[i] - sum / y.size()));
