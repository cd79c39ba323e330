  for (std::size_t i = 0; i < result.size(); ++i) result[i] = grad[i];
