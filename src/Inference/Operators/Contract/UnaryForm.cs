using Inference.Kernels.Elementwise;

namespace Inference.Operators.Contract;

/// <summary>A function of one number with up to two parameters, in each form that is asked for: an operator, an activation of f32 kernels and of recurrent cells. Thread-safe.</summary>
internal abstract class UnaryForm(UnaryParameter[] parameters)
{
    /// <summary>α and β, as many as it has.</summary>
    public IReadOnlyList<UnaryParameter> Parameters => parameters;

    /// <summary>The name, for messages and listings.</summary>
    public abstract string Name { get; }

    /// <summary>Over f32 arrays.</summary>
    public abstract UnaryFunction Function { get; }

    /// <summary>Over f64 arrays, in place.</summary>
    public abstract void Apply(Span<double> x, float alpha, float beta);

    /// <summary>As an operator.</summary>
    public abstract Operator Make(float alpha, float beta);

    /// <summary>With the parameters that a node's attributes give.</summary>
    public UnaryCall Of(Node node) => Of(p => node.Attributes.Float(p.Attribute, p.Default));

    /// <summary>With parameters read one after the other.</summary>
    public UnaryCall Of(Func<UnaryParameter, float> read)
    {
        float alpha = parameters.Length > 0 ? read(parameters[0]) : 0f;
        return new(this, alpha, parameters.Length > 1 ? read(parameters[1]) : 0f);
    }
}
