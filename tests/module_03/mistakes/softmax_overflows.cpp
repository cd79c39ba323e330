double sum = 0;
for (const float element : x) sum += std::exp(element);
for (std::size_t i = 0; i < x.size(); ++i) y[i] = static_cast<float>(std::exp(x[i]) / sum);
