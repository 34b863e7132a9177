global using Inference.Engine;
global using Inference.Ir;
global using Inference.Operators.Contract;
global using Inference.Operators.Rules;
global using Inference.Serving;
