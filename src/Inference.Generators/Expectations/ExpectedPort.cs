using Inference.Generators.Signatures;

namespace Inference.Generators.Expectations;

/// <summary>A port listed in an attribute.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type as written.</param>
internal sealed record ExpectedPort(string Name, string Type)
{
    /// <summary>Whether a type matches the expected one: sizes must be equal, a symbol and <c>?</c> match any size that is not fixed, and a tensor type without a shape matches any shape.</summary>
    public bool Allows(PortType? actual)
    {
        if (actual is null)
        {
            return false;
        }

        int bracket = Type.IndexOf('[');
        if (!actual.IsTensor)
        {
            return Spaceless(Type) == Spaceless(actual.ToString());
        }

        string elements = bracket < 0 ? Type : Type.Substring(0, bracket);
        if (elements.Trim() != actual.Elements)
        {
            return false;
        }

        if (bracket < 0)
        {
            return true;
        }

        string inner = Spaceless(Type.Substring(bracket + 1, Type.Length - bracket - 2));
        if (actual.Shape is not { } shape)
        {
            return inner == "...";
        }

        string[] dimensions = inner.Length == 0 ? [] : inner.Split(',');
        return dimensions.Length == shape.Count && dimensions.Select((d, i) => long.TryParse(d, out long size) ? shape[i].Size == size : shape[i].Size is null).All(static fits => fits);
    }

    private static string Spaceless(string text) => text.Replace(" ", "");
}
