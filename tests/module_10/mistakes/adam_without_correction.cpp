  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const double g = gradient[i];
    mean[i] = static_cast<float>(options.beta1 * mean[i] + (1 - options.beta1) * g);
    squares[i] = static_cast<float>(options.beta2 * squares[i] + (1 - options.beta2) * g * g);
    parameters[i] -= static_cast<float>(options.rate * mean[i] / (std::sqrt(squares[i]) + options.epsilon));
  }
