namespace Inference.Operators.Svm;

/// <summary>K(a, b): linear a·b, polynomial (γ a·b + c)^d, radial e^(−γ‖a−b‖²), sigmoid tanh(γ a·b + c). Float, as ONNX Runtime.</summary>
internal sealed class SvmKernel
{
    private readonly string _kind;
    private readonly float _gamma;
    private readonly float _constant;
    private readonly float _degree;

    /// <summary>Reads the kernel of a node.</summary>
    /// <param name="node">The node.</param>
    /// <param name="linear">Whether the model has no support vectors: its coefficients are those of a linear form, whatever the kernel's name.</param>
    public SvmKernel(Node node, bool linear)
    {
        _kind = node.Attributes.String("kernel_type", "LINEAR");
        if (_kind is not ("LINEAR" or "POLY" or "RBF" or "SIGMOID"))
        {
            throw new ModelLoadException($"{node.Describe()}: attribute 'kernel_type': expected LINEAR, POLY, RBF or SIGMOID, got '{_kind}'.");
        }

        _kind = linear ? "LINEAR" : _kind;
        float[] parameters = node.Attributes.Floats("kernel_params") ?? [];
        _gamma = parameters.Length > 0 ? parameters[0] : 0;
        _constant = parameters.Length > 1 ? parameters[1] : 0;
        _degree = parameters.Length > 2 ? parameters[2] : 0;
    }

    public float Of(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        float sum = 0;
        if (_kind == "RBF")
        {
            for (int i = 0; i < a.Length; i++)
            {
                float difference = a[i] - b[i];
                sum += difference * difference;
            }

            return MathF.Exp(-_gamma * sum);
        }

        for (int i = 0; i < a.Length; i++)
        {
            sum += a[i] * b[i];
        }

        return _kind switch
        {
            "POLY" => MathF.Pow((_gamma * sum) + _constant, _degree),
            "SIGMOID" => MathF.Tanh((_gamma * sum) + _constant),
            _ => sum,
        };
    }
}
