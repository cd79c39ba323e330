  for (std::size_t i = 0; i < prediction.size(); ++i)
    dx[i] = 2 * grad * (target[i] - prediction[i]) / static_cast<float>(prediction.size());
