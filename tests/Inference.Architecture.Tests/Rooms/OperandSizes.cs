using System.Collections.Frozen;
using System.Reflection;
using System.Reflection.Emit;

namespace Inference.Architecture.Tests.Rooms;

/// <summary>The operand types of IL instructions, by their code (ECMA-335, partition III).</summary>
internal static class OperandSizes
{
    private static readonly FrozenDictionary<short, OperandType> s_types = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(static field => (OpCode)field.GetValue(null)!)
        .ToFrozenDictionary(static code => code.Value, static code => code.OperandType);

    public static OperandType Of(short code) => s_types[code];

    /// <summary>Bytes of an operand; a switch's table is not counted.</summary>
    public static int Bytes(OperandType type) => type switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        _ => 4,
    };
}
