  const auto number = static_cast<double>(step);
  const double correction1 = 1 - std::pow(options.beta1, number), correction2 = 1 - std::pow(options.beta2, number);
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const double g = gradient[i];
    parameters[i] = static_cast<float>(parameters[i] * (1 - options.decay));
    const double m = options.beta1 * mean[i] + (1 - options.beta1) * g;
    const double v = options.beta2 * squares[i] + (1 - options.beta2) * g * g;
    mean[i] = static_cast<float>(m);
    squares[i] = static_cast<float>(v);
    parameters[i] = static_cast<float>(parameters[i] - options.rate * m / correction1 / (std::sqrt(v / correction2) + options.epsilon));
  }
