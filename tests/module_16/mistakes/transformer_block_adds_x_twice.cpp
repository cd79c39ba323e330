  Floats h = parts.attention(parts.attention_norm(x));
  for (std::size_t i = 0; i < x.size(); ++i) h[i] += x[i];
  Floats y = parts.feed_forward(parts.feed_forward_norm(h));
  for (std::size_t i = 0; i < x.size(); ++i) y[i] += x[i];
  return y;
