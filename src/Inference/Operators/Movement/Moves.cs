using System.Runtime.CompilerServices;

namespace Inference.Operators.Movement;

/// <summary>Runs an <see cref="IMove"/> for the width of the elements; packed types go through one byte an element.</summary>
internal static class Moves
{
    public static void Run<TMove>(in TMove move, KernelContext context, Tensor source, Tensor target)
        where TMove : struct, IMove
    {
        if (target.Count == 0)
        {
            return;
        }

        switch (source.Type.BitWidth())
        {
            case 0:
                move.Run<string>(context, source, target);
                break;
            case 8:
                move.Run<byte>(context, source, target);
                break;
            case 16:
                move.Run<ushort>(context, source, target);
                break;
            case 32:
                move.Run<uint>(context, source, target);
                break;
            case 64:
                move.Run<ulong>(context, source, target);
                break;
            case 128:
                move.Run<UInt128>(context, source, target);
                break;
            default:
                Tensor bytes = Packing.Unpack(context, source);
                Tensor result = Packing.Unpack(context, target);
                move.Run<byte>(context, bytes, result);
                Packing.Pack(result, target);
                break;
        }
    }
}
