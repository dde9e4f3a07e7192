// Times in the reader's zone, with UTC beside. Without scripts they are in UTC alone.
"use strict";

const two = (number) => String(number).padStart(2, "0");

for (const time of document.querySelectorAll("time[datetime]")) {
  const when = new Date(time.dateTime);
  if (Number.isNaN(when.getTime()) || when.getTimezoneOffset() === 0) continue;
  const date = `${when.getFullYear()}-${two(when.getMonth() + 1)}-${two(when.getDate())}`;
  const utc = when.toISOString();
  const beside = utc.slice(0, 10) === date ? utc.slice(11, 16) : utc.slice(0, 16).replace("T", " ");
  time.textContent = `${date} ${two(when.getHours())}:${two(when.getMinutes())} (${beside} UTC)`;
}
