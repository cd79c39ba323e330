#include "tests/torch/calls.h"

namespace tinytorch::torch_cases {
namespace {

/// A predicate or comparison, whose result is a Tensor.
Call predicate(Tensor (*op)(const Variable&)) {
  return [op](const Arguments& x) { return std::vector{Variable(op(x[0]))}; };
}
Call comparison(Tensor (*op)(const Variable&, const Variable&)) {
  return [op](const Arguments& x) { return std::vector{Variable(op(x[0], x[1]))}; };
}

Call along_axis(Variable (*op)(const Variable&, int)) {
  return [op](const Arguments& x) { return std::vector{op(x[0], x.integer("axis"))}; };
}

Call with_parameter(Variable (*op)(const Variable&, double)) {
  return [op](const Arguments& x) { return std::vector{op(x[0], x.scalar("parameter"))}; };
}

std::vector<Variable> hardtanh_call(const Arguments& x) {
  return {hardtanh(x[0], x.scalar("low"), x.scalar("high"))};
}

std::vector<Variable> clamp_call(const Arguments& x) {
  return {clamp(x[0], x.scalar("low"), x.scalar("high"))};
}

}  // namespace

Calls elementwise_calls() {
  Calls calls{
      {"sin", unary(sin)},
      {"cos", unary(cos)},
      {"tan", unary(tan)},
      {"asin", unary(asin)},
      {"acos", unary(acos)},
      {"atan", unary(atan)},
      {"sinh", unary(sinh)},
      {"cosh", unary(cosh)},
      {"tanh", unary(tanh)},
      {"exp", unary(exp)},
      {"exp2", unary(exp2)},
      {"expm1", unary(expm1)},
      {"log", unary(log)},
      {"log2", unary(log2)},
      {"log10", unary(log10)},
      {"log1p", unary(log1p)},
      {"sqrt", unary(sqrt)},
      {"rsqrt", unary(rsqrt)},
      {"erf", unary(erf)},
      {"floor", unary(floor)},
      {"ceil", unary(ceil)},
      {"trunc", unary(trunc)},
      {"round", unary(round)},
      {"sign", unary(sign)},
      {"abs", unary(abs)},
      {"neg", unary(neg)},
      {"square", unary(square<Variable>)},
      {"reciprocal", unary(reciprocal)},
      {"relu", unary(relu)},
      {"relu6", unary(relu6)},
      {"logsigmoid", unary(logsigmoid)},
      {"hardsigmoid", unary(hardsigmoid)},
      {"softsign", unary(softsign)},
      {"selu", unary(selu)},
      {"mish", unary(mish)},
      {"sigmoid", unary(sigmoid)},
      {"silu", unary(silu)},
      {"hardswish", unary(hardswish)},
      {"gelu", unary([](const Variable& x) { return gelu(x); })},
      {"gelu_tanh", unary([](const Variable& x) { return gelu(x, GeluForm::tanh); })},
      {"leaky_relu", with_parameter(leaky_relu)},
      {"elu", with_parameter(elu)},
      {"softplus", with_parameter(softplus)},
      {"add", binary(add)},
      {"sub", binary(sub)},
      {"mul", binary(mul)},
      {"div", binary(div)},
      {"pow", binary(pow)},
      {"atan2", binary(atan2)},
      {"maximum", binary(maximum)},
      {"minimum", binary(minimum)},
      {"remainder", binary(remainder)},
      {"floor_divide", comparison(floor_divide)},
      {"eq", comparison(eq)},
      {"ne", comparison(ne)},
      {"lt", comparison(lt)},
      {"le", comparison(le)},
      {"gt", comparison(gt)},
      {"ge", comparison(ge)},
      {"bitwise_and", comparison(bitwise_and)},
      {"bitwise_or", comparison(bitwise_or)},
      {"bitwise_xor", comparison(bitwise_xor)},
      {"bitwise_not", predicate(bitwise_not)},
      {"bitwise_left_shift", comparison(bitwise_left_shift)},
      {"bitwise_right_shift", comparison(bitwise_right_shift)},
      {"isnan", predicate(isnan)},
      {"isinf", predicate(isinf)},
      {"isfinite", predicate(isfinite)},
      {"softmax", along_axis(softmax)},
      {"log_softmax", along_axis(log_softmax)},
      {"clamp", clamp_call},
      {"hardtanh", hardtanh_call},
  };
  calls["where"] = [](const Arguments& x) { return std::vector{where(x[0].value(), x[1], x[2])}; };
  calls["masked_fill"] = [](const Arguments& x) {
    return std::vector{masked_fill(x[0], x[1].value(), x.scalar("value"))};
  };
  calls["addcmul"] = [](const Arguments& x) {
    return std::vector{addcmul(x[0], x[1], x[2], x.scalar("value"))};
  };
  calls["lerp"] = [](const Arguments& x) { return std::vector{lerp(x[0], x[1], x[2])}; };
  return calls;
}

}  // namespace tinytorch::torch_cases
