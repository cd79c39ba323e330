  std::vector<double> at(x.begin(), x.end());
  double largest = 0;
  for (std::size_t i = 0; i < at.size(); ++i) {
    const double h = std::cbrt(std::numeric_limits<double>::epsilon()) * std::max(1.0, std::abs(x[i]));
    const double above = x[i] + h, below = x[i] - h;
    at[i] = above;
    const double f_above = f(at);
    at[i] = below;
    const double f_below = f(at);
    at[i] = x[i];
    const double difference = (f_above - f_below) / (above - below);
    const double error = std::abs(gradient[i] - difference);
    if (std::isnan(error)) return error;
    largest = std::max(largest, error);
  }
  return largest;
