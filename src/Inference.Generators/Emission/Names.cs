using System.Text;
using Microsoft.CodeAnalysis.CSharp;

namespace Inference.Generators.Emission;

/// <summary>Unique identifiers for the names of ports.</summary>
/// <param name="taken">Identifiers that are already in use.</param>
internal sealed class Names(params string[] taken)
{
    // Members of every object, which cannot be hidden without a warning.
    private readonly HashSet<string> _taken = [.. taken, "Equals", "GetHashCode", "GetType", "ToString", "MemberwiseClone", "ReferenceEquals", "Finalize"];

    /// <summary>A property's name: <c>input.1</c> becomes <c>Input1</c>.</summary>
    public string Property(string port) => Unique(Pascal(port));

    /// <summary>A parameter's name: <c>input_ids</c> becomes <c>inputIds</c>.</summary>
    public string Parameter(string port)
    {
        string name = Pascal(port);
        int upper = 0;
        while (upper < name.Length && char.IsUpper(name[upper]))
        {
            upper++;
        }

        // "X" and "ID" become "x" and "id", "InputIds" becomes "inputIds", "IDs2" becomes "iDs2".
        int lower = upper == name.Length ? upper : Math.Min(upper, 1);
        name = Unique(name.Substring(0, lower).ToLowerInvariant() + name.Substring(lower));
        return SyntaxFacts.GetKeywordKind(name) != SyntaxKind.None ? "@" + name : name;
    }

    /// <summary>A string literal.</summary>
    public static string Literal(string text) => SymbolDisplay.FormatLiteral(text, quote: true);

    /// <summary>Text within XML documentation.</summary>
    public static string Xml(string text) => new StringBuilder(text).Replace("&", "&amp;").Replace("<", "&lt;").Replace(">", "&gt;").Replace('\r', ' ').Replace('\n', ' ').ToString();

    private string Unique(string name)
    {
        string unique = name;
        for (int i = 2; !_taken.Add(unique); i++)
        {
            unique = $"{name}_{i}";
        }

        return unique;
    }

    private static string Pascal(string port)
    {
        var name = new StringBuilder();
        bool isStart = true;
        foreach (char c in port)
        {
            if (!SyntaxFacts.IsIdentifierPartCharacter(c) || c == '_')
            {
                isStart = true;
                continue;
            }

            name.Append(isStart ? char.ToUpperInvariant(c) : c);
            isStart = false;
        }

        return name.Length > 0 && SyntaxFacts.IsIdentifierStartCharacter(name[0]) ? name.ToString() : "_" + name;
    }
}
