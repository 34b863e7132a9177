using System.Collections.Frozen;
using System.Reflection;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;

namespace Inference.Architecture.Tests.Rooms;

/// <summary>What the IL instructions of a method name (ECMA-335, partition III).</summary>
internal static class Operands
{
    private static readonly FrozenDictionary<short, OperandType> s_types = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(static field => (OpCode)field.GetValue(null)!)
        .ToFrozenDictionary(static code => code.Value, static code => code.OperandType);

    /// <summary>The types, methods and fields, in order.</summary>
    public static IEnumerable<EntityHandle> Of(MethodBodyBlock body)
    {
        BlobReader code = body.GetILReader();
        while (code.RemainingBytes > 0)
        {
            short value = code.ReadByte();
            if (value == 0xFE)
            {
                value = (short)(0xFE00 | code.ReadByte());
            }

            OperandType type = s_types[value];
            switch (type)
            {
                case OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType:
                    yield return (EntityHandle)MetadataTokens.Handle(code.ReadInt32());
                    break;
                case OperandType.InlineSwitch:
                    int targets = code.ReadInt32();
                    code.Offset += 4 * targets;
                    break;
                default:
                    code.Offset += Bytes(type);
                    break;
            }
        }
    }

    private static int Bytes(OperandType type) => type switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        _ => 4,
    };
}
