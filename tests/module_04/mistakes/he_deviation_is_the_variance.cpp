  return 2.0 / static_cast<double>(in);
