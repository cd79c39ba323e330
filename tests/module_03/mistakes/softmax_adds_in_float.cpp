const float largest = *std::max_element(x.begin(), x.end());
float sum = 0;
for (const float element : x) sum += std::exp(element - largest);
for (std::size_t i = 0; i < x.size(); ++i) y[i] = std::exp(x[i] - largest) / sum;
