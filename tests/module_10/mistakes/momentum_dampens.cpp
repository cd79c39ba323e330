  for (std::size_t i = 0; i < parameters.size(); ++i) {
    velocity[i] = static_cast<float>(factor * velocity[i] + (1 - factor) * gradient[i]);
    parameters[i] -= static_cast<float>(rate * velocity[i]);
  }
