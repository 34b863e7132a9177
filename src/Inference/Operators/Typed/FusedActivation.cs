using Inference.Kernels.Elementwise;

namespace Inference.Operators.Typed;

/// <summary>
/// The activation that a fused operator applies last: the attribute <see cref="Attribute"/>, a function where a rewrite set it; files name an operator there and give its parameters by
/// <c>activation_params</c>, or one by one as <c>activation_alpha</c>, <c>activation_beta</c>, <c>activation_gamma</c>.
/// </summary>
internal static class FusedActivation
{
    public const string Attribute = "activation";

    public static Activation Read(Node node, OperatorTable table)
    {
        if (node.Attributes.Items.GetValueOrDefault(Attribute) is UnaryCall call)
        {
            return call.Activation;
        }

        string name = node.Attributes.String(Attribute, "");
        if (name.Length == 0)
        {
            return default;
        }

        if ((table.TraitsOf("", name).Unary ?? table.TraitsOf(Domains.Microsoft, name).Unary) is not { } unary)
        {
            throw new ModelLoadException($"{node.Describe()}: attribute '{Attribute}': expected the name of an activation that can be fused, got '{name}'.");
        }

        float[] given = node.Attributes.Floats("activation_params") ?? [];
        int next = 0;
        return unary.Form.Of(p => next < given.Length ? given[next++] : node.Attributes.Float($"activation_{p.Attribute}", p.Default)).Activation;
    }
}
