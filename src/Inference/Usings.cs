// What every room of the engine speaks of: graphs and values, and what an operator is.
global using Inference.Ir;
global using Inference.Operators.Contract;
global using Inference.Operators.Rules;
