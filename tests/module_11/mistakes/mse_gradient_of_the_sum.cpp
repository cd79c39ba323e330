  for (std::size_t i = 0; i < prediction.size(); ++i) dx[i] = 2 * grad * (prediction[i] - target[i]);
