using Inference.Loading;
using Inference.Serving;

namespace Inference.Validation;

/// <summary>Holds a call's inputs against the model's signature.</summary>
internal static class SignatureCheck
{
    /// <exception cref="InvalidInputException">They differ.</exception>
    public static void Check(ModelInfo info, NamedValues inputs)
    {
        int found = 0;
        for (int i = 0; i < info.Inputs.Count; i++)
        {
            ModelPort port = info.Inputs[i];
            if (inputs.TryGetValue(port.Name, out ModelValue? value))
            {
                found++;
                InputBinder.Check(info.Name, port, value);
                CheckSymbols(info, inputs, i, value);
            }
            else if (!port.IsOptional)
            {
                InputBinder.ThrowMissing(info, port);
            }
        }

        if (found != inputs.Count)
        {
            InputBinder.ThrowUnknown(info, inputs);
        }
    }

    // Dimensions with the same name have the same size: compared with the first occurrence of the name.
    private static void CheckSymbols(ModelInfo info, NamedValues inputs, int index, ModelValue value)
    {
        if (info.Inputs[index].Type.Shape is not { } shape || value is not TensorValue tensor)
        {
            return;
        }

        for (int axis = 0; axis < shape.Count; axis++)
        {
            if (shape[axis].Symbol is not { } symbol)
            {
                continue;
            }

            for (int other = 0; other <= index; other++)
            {
                ModelPort port = info.Inputs[other];
                if (port.Type.Shape is { } otherShape && inputs.TryGetValue(port.Name, out ModelValue? otherValue) && otherValue is TensorValue otherTensor
                    && AxisOf(otherShape, symbol) is >= 0 and int otherAxis)
                {
                    if (otherTensor.Shape[otherAxis] != tensor.Shape[axis])
                    {
                        throw new InvalidInputException(
                            $"Model '{info.Name}', input '{info.Inputs[index].Name}': expected size {otherTensor.Shape[otherAxis]} on axis {axis} ('{symbol}') as in input '{port.Name}' {TensorShape.Format(otherTensor.Shape)}, got {TensorShape.Format(tensor.Shape)}. Make both sizes equal.");
                    }

                    break;
                }
            }
        }
    }

    private static int AxisOf(IReadOnlyList<Dimension> shape, string symbol)
    {
        for (int i = 0; i < shape.Count; i++)
        {
            if (string.Equals(shape[i].Symbol, symbol, StringComparison.Ordinal))
            {
                return i;
            }
        }

        return -1;
    }
}
