using System.Globalization;

namespace Inference.AspNetCore.Protocol;

/// <summary>The value of a parameter: a flag, a whole number, a text or another number.</summary>
internal readonly struct ParameterValue
{
    private readonly Form _form;
    private readonly ulong _number;

    private ParameterValue(Form form, ulong number) => (_form, _number) = (form, number);

    private enum Form
    {
        Other,
        Flag,
        Natural,
        Negative,
        Text,
        EmptyText,
    }

    public static ParameterValue Other => default;

    /// <summary>Whether the value is neither false, 0 nor empty.</summary>
    public bool IsSet => _form switch
    {
        Form.Flag or Form.Natural => _number != 0,
        Form.EmptyText => false,
        _ => true,
    };

    public static ParameterValue Of(bool value) => new(Form.Flag, value ? 1u : 0u);

    public static ParameterValue Of(ulong value) => new(Form.Natural, value);

    public static ParameterValue Of(long value) => value < 0 ? new(Form.Negative, 0) : new(Form.Natural, (ulong)value);

    public static ParameterValue OfText(bool isEmpty) => new(isEmpty ? Form.EmptyText : Form.Text, 0);

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

    private string Describe() => _form switch
    {
        Form.Flag => _number != 0 ? "true" : "false",
        Form.Natural => _number.ToString(CultureInfo.InvariantCulture),
        Form.Negative => "a negative number",
        Form.Text or Form.EmptyText => "a text",
        _ => "a value of another type",
    };
}
