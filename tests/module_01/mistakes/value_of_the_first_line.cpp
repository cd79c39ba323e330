  const std::size_t begin = report.find_first_not_of(' ', name.size());
  return report.substr(begin, report.find('\n') - begin);
