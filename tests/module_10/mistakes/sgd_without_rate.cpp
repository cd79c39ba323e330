  for (std::size_t i = 0; i < parameters.size(); ++i) parameters[i] -= gradient[i];
