  for (std::size_t i = 0; i < parameters.size(); ++i)
    parameters[i] -= static_cast<float>(rate * (factor * velocity[i] + gradient[i]));
