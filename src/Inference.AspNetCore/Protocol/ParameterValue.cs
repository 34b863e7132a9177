using System.Globalization;

namespace Inference.AspNetCore.Protocol;

/// <summary>The value of a parameter: a flag, a whole number, a text or another number.</summary>
internal readonly struct ParameterValue
{
    private readonly Form _form;
    private readonly ulong _number;
    private readonly string? _text;

    private ParameterValue(Form form, ulong number, string? text = null) => (_form, _number, _text) = (form, number, text);

    private enum Form
    {
        Other,
        Flag,
        Natural,
        Negative,
        Text,
    }

    public static ParameterValue Other => default;

    public static ParameterValue Of(bool value) => new(Form.Flag, value ? 1u : 0u);

    public static ParameterValue Of(ulong value) => new(Form.Natural, value);

    public static ParameterValue Of(long value) => value < 0 ? new(Form.Negative, 0) : new(Form.Natural, (ulong)value);

    /// <summary>A text; one that nobody reads need not be decoded.</summary>
    public static ParameterValue OfText(string? text = null) => new(Form.Text, 0, text);

    /// <exception cref="RequestFault">It is no flag.</exception>
    public bool Flag(string name)
    {
        if (_form != Form.Flag)
        {
            RequestFault.Throw($"Parameter '{name}': expected true or false, got {Describe()}.");
        }

        return _number != 0;
    }

    /// <exception cref="RequestFault">It is no whole number of at least 0.</exception>
    public ulong Unsigned(string name)
    {
        if (_form != Form.Natural)
        {
            RequestFault.Throw($"Parameter '{name}': expected a whole number of 0 or more, got {Describe()}.");
        }

        return _number;
    }

    /// <summary>An id: a text, or a whole number by its digits; null if it is 0 or empty.</summary>
    /// <exception cref="RequestFault">It is neither.</exception>
    public string? Id(string name)
    {
        if (_form is not (Form.Natural or Form.Text))
        {
            RequestFault.Throw($"Parameter '{name}': expected a whole number of 0 or more or a text, got {Describe()}.");
        }

        return _form == Form.Text ? _text is { Length: > 0 } ? _text : null
            : _number == 0 ? null : _number.ToString(CultureInfo.InvariantCulture);
    }

    private string Describe() => _form switch
    {
        Form.Flag => _number != 0 ? "true" : "false",
        Form.Natural => _number.ToString(CultureInfo.InvariantCulture),
        Form.Negative => "a negative number",
        Form.Text => "a text",
        _ => "a value of another type",
    };
}
