import React, { useState } from "react";

interface Props { iban: string; onClose?: () => void }

/** One account in the list. */
export function AccountRow({ iban, onClose }: Props): JSX.Element {
  const [open, setOpen] = useState(false);
  return <Row title={iban} onClick={() => setOpen(!open)}>{format(iban)}</Row>;
}

export const Total = (props: { sum: number }) => <b>{props.sum.toFixed(2)}</b>;
